import { addTexts } from './text';

export const enCameras = {
  'age.ago': '{age} ago',
  'state.unknown': 'unknown',

  'cameras.dayLabel': 'Last 24 hours of camera {camera}: {share} of the known time has pictures',
  'cameras.minutes': '{n} of 15 minutes with pictures',
  'cameras.now': 'now',
  'cameras.fps': 'Frames a second, got / wanted',
  'cameras.lastFrame': 'Last frame',
  'cameras.quality': 'Picture',
  'cameras.dropped': 'Frames lost',
  'cameras.reason.overload': 'overload',
  'cameras.reason.corrupt': 'corrupt',
  'cameras.reason.paused': 'paused',
  'cameras.quiet': 'Still frames',
  'cameras.reconnects': 'Reconnects',
  'cameras.size': 'Size',
  'cameras.model': 'Model',
  'cameras.blurred': 'Heads of people are blurred in every picture.',
  'cameras.notBlurred': 'Heads are not blurred.',
  'cameras.masks': '{n} privacy masks.',
  'masks.edit': 'Privacy…',
  'masks.title': 'Privacy of camera {camera}',
  'masks.detail': 'What lies inside is blacked out before anything else sees it: no picture of it is analysed, shown or stored. Pictures kept before stay as they are.',
  'masks.none': 'Nothing is blacked out. Click the corners of a place to hide.',
  'masks.more': 'Another mask',
  'masks.remove': 'Remove mask {n}',
  'masks.blur': 'Blur heads of people in every picture that is shown or stored',
  'masks.blurOff': 'Faces will be recognisable in every picture. Check that you may do that.',
  'cameras.address': 'Address',
  'cameras.addressHint': 'rtsp://, http://, a file or /dev/video0. Write passwords as ${NAME} and set them where the site runs.',
  'cameras.try': 'Try it',
  'cameras.trying': 'Trying…',
  'cameras.save': 'Save camera',
};

addTexts(enCameras);
