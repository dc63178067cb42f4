import { LivePage } from '../_live/live-page';

export default function Page() {
  return <LivePage />;
}
