import { ZonesPage } from '../_zones/zones-page';

export default function Page() {
  return <ZonesPage />;
}
