-- The longest waits and stays of a day, first of all: in the order of time every row of the day is looked at, and each of the
-- hundred lies in another granule. In this order they lie side by side, and the search ends with the hundredth.
ALTER TABLE events {on} ADD PROJECTION IF NOT EXISTS longest (SELECT * ORDER BY kind, seconds);

ALTER TABLE events {on} MATERIALIZE PROJECTION longest;
