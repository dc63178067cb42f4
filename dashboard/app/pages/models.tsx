import { ModelsPage } from '../_models/models-page';

export default function Page() {
  return <ModelsPage />;
}
