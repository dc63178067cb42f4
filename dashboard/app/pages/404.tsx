import Link from 'next/link';

export default function NotFound() {
  return (
    <div className="grid place-items-center gap-4 py-24 text-center">
      <h1 className="text-2xl font-semibold">There is no such page</h1>
      <Link href="/" className="text-accent underline underline-offset-4">
        Live
      </Link>
    </div>
  );
}
