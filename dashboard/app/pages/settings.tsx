import { SettingsPage } from '../_settings/settings-page';

export default function Page() {
  return <SettingsPage />;
}
