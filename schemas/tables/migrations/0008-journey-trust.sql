-- A journey goes on where its object was lost between two zones and only one new track can be it: how sure that is.
ALTER TABLE journeys {on} ADD COLUMN IF NOT EXISTS trust Float32 DEFAULT 1 COMMENT '1, or where the object was lost between two zones and taken to be the same: how sure that is, 0..1' AFTER abandoned
