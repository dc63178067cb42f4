import { EventsPage } from '../_events/events-page';

export default function Page() {
  return <EventsPage />;
}
