import { addTexts } from './text';

export const enEvents = {
  'filter.any': 'Any',
  'filter.filters': 'Filters',
  'filter.kind': 'Event',
  'filter.class': 'Class',
  'filter.order': 'Order',
  'filter.newest': 'Newest first',
  'filter.longest': 'Longest first',
  'events.widen': 'Show all of the last 7 days',
  'events.more': 'Show more',
  'events.choose': 'Choose an event to see its picture and its way.',
  'events.noPicture': 'There is no picture of this event. Pictures are kept while the dashboard runs, until their room is used up.',
  'events.pictureOf': 'Picture of: {what}',
  'events.at': 'When',
  'events.part': 'Place',
  'events.seconds': 'Time',
  'events.track': 'Track',
  'events.wrong': 'This is wrong',
  'events.right': 'This is right',
  'events.thanks': 'Noted. `sightline eval labels` reads it.',
  'events.clipOf': 'Clip of: {what}',
  'events.clipAt': 'Place in the clip',
  'events.play': 'Play',
  'events.pause': 'Pause',
};

addTexts(enEvents);
