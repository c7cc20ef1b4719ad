import { redirect } from 'next/navigation';

/** Where this page was before there was an administration. */
export default function PeoplePage() {
  redirect('/admin/people');
}
