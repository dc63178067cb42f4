import { SignIn } from '../_access/sign-in';

export default function Page() {
  return <SignIn setup />;
}
