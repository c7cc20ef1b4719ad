import { refusalOf } from './address.ts';

const LOOPBACK = ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:7f00:0001'];
const PRIVATE = [
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  'fd12:3456::1',
  '::ffff:a00:1',
];
const NEVER = [
  '0.0.0.0',
  '::',
  '169.254.169.254',
  '::ffff:a9fe:a9fe',
  'fe80::1',
  'fe80::1%eth0',
  '100.100.100.200',
  'fd00:ec2::254',
  '224.0.0.1',
  'ff02::1',
  '255.255.255.255',
  '240.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '2001:db8::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
  '2001:0:7f00:1::',
  '::7f00:1',
  'fec0::1',
  'localhost',
  '',
  '1.2.3.4.5',
];
const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '::ffff:808:808'];

it.each(PUBLIC)('%s is open to everybody', (address) => {
  expect(refusalOf(address, 'public')).toBeNull();
});
it.each(LOOPBACK)('%s is this machine', (address) => {
  expect([refusalOf(address, 'public'), refusalOf(address, 'loopback'), refusalOf(address, 'private')]).toEqual([
    'this machine',
    null,
    null,
  ]);
});
it.each(PRIVATE)('%s is a private network', (address) => {
  expect([refusalOf(address, 'public'), refusalOf(address, 'loopback'), refusalOf(address, 'private')]).toEqual([
    'a private network',
    'a private network',
    null,
  ]);
});
it.each(NEVER)('%j is reached by nobody', (address) => {
  for (const reach of ['public', 'loopback', 'private'] as const) expect(refusalOf(address, reach)).not.toBeNull();
});
