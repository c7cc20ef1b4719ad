'use client';

import type { AccountStatus, PeopleQuery, Person } from '@chatbox/contracts';
import Link from 'next/link';
import { type Column, DataTable, rowKey, type Sorted } from '@/components/table/data-table';
import { FilterSelect, SearchField } from '@/components/table/filters';
import { Paged } from '@/components/table/paged';
import { ROLE_SAYS, ROLES } from '@/lib/rights';
import { sayAgo, sayDay } from '@/lib/say';
import { oneOf, usePlace } from '@/lib/use-place';
import { PersonMenu } from './person-menu';
import { usePeople } from './queries';
import { nameOf, STATUS_SAYS, StatusBadge } from './say-person';

type Sort = PeopleQuery['sort'];
const SORTS: readonly Sort[] = ['name', 'email', 'createdAt', 'lastSeenAt'];
const STATUSES: readonly AccountStatus[] = ['active', 'pending', 'suspended'];

const seen = ({ lastSeenAt }: Person): string => (lastSeenAt ? sayAgo(lastSeenAt) : 'never');

const COLUMNS: readonly Column<Person, Sort>[] = [
  {
    key: 'name',
    label: 'Name',
    sort: 'name',
    className: 'md:w-[28%]',
    cell: (person) => (
      <div className="min-w-0">
        <Link
          {...rowKey}
          href={`/admin/people/${person.id}`}
          className="block truncate rounded-sm font-medium hover:underline"
        >
          {nameOf(person)}
        </Link>
        {person.name === null ? null : (
          <span className="block truncate text-xs text-muted-foreground">{person.email}</span>
        )}
        <span className="mt-1 flex flex-wrap items-center gap-2 text-xs text-muted-foreground md:hidden">
          <StatusBadge status={person.status} />
          {ROLE_SAYS[person.role]} · seen {seen(person)}
        </span>
      </div>
    ),
  },
  { key: 'role', label: 'Role', wide: true, cell: ({ role }) => ROLE_SAYS[role] },
  { key: 'status', label: 'Status', wide: true, cell: ({ status }) => <StatusBadge status={status} /> },
  { key: 'seen', label: 'Last seen', sort: 'lastSeenAt', wide: true, className: 'w-32 whitespace-nowrap', cell: seen },
  {
    key: 'since',
    label: 'Since',
    sort: 'createdAt',
    wide: true,
    className: 'w-30 whitespace-nowrap',
    cell: ({ createdAt }) => sayDay(createdAt),
  },
  {
    key: 'actions',
    label: 'Actions',
    className: 'w-20 text-right',
    cell: (person) => <PersonMenu person={person} />,
  },
];
const ROLE_OPTIONS = ROLES.map((value) => ({ value, label: ROLE_SAYS[value] }));
const STATUS_OPTIONS = STATUSES.map((value) => ({ value, label: STATUS_SAYS[value] }));

export function PeopleTable() {
  const [read, write] = usePlace();
  const search = read('search');
  const role = oneOf(ROLES, read('role'));
  const status = oneOf(STATUSES, read('status'));
  const sorted: Sorted<Sort> = {
    by: oneOf(SORTS, read('sort')) ?? 'createdAt',
    order: oneOf(['asc', 'desc'], read('order')) ?? 'desc',
  };
  const people = usePeople({ search: search || undefined, role, status, sort: sorted.by, order: sorted.order });
  const isFiltered = Boolean(search || role || status);
  return (
    <section aria-label="People" className="flex flex-col gap-3">
      <search className="flex flex-wrap gap-2">
        <SearchField label="Search people" value={search} onChange={(next) => write({ search: next })} />
        <FilterSelect
          label="Role"
          all="Every role"
          value={role}
          options={ROLE_OPTIONS}
          onChange={(next) => write({ role: next })}
        />
        <FilterSelect
          label="Status"
          all="Every status"
          value={status}
          options={STATUS_OPTIONS}
          onChange={(next) => write({ status: next })}
        />
      </search>
      <Paged
        pages={people}
        what="people"
        empty={isFiltered ? 'Nobody is like that. Search for less, or take a filter away.' : 'Nobody is here yet.'}
      >
        {(rows) => (
          <DataTable
            label="People"
            columns={COLUMNS}
            rows={rows}
            idOf={({ id }) => id}
            sorted={sorted}
            onSort={({ by, order }) => write({ sort: by, order })}
          />
        )}
      </Paged>
    </section>
  );
}
