import { CamerasPage } from '../_cameras/cameras-page';

export default function Page() {
  return <CamerasPage />;
}
