import { createDrawer, type DrawerOrder } from './picture-drawer';

/** The thread that draws all live pictures of a page. */
const hear = createDrawer((report) => self.postMessage(report));
self.onmessage = ({ data }: MessageEvent<DrawerOrder>) => hear(data);
