import { expect, test } from 'vitest';
import { freeSubnets, parse, routes } from './network.ts';

test('a subnet touches no taken one, larger or smaller', () => {
  const taken = ['10.201.0.0/17', '10.201.200.16/30', '192.168.0.0/16'].map(parse);
  const free = freeSubnets(taken, 0);
  expect(free[0]).toEqual(parse('10.201.128.0/26'));
  expect(free).not.toContainEqual(parse('10.201.200.0/26'));
  expect(free).toContainEqual(parse('10.201.200.64/26'));
  expect(free.length).toBe(512 - 1 + 1024);
});

test('the search begins where it is told and comes round', () => {
  const free = freeSubnets([], 0.5);
  expect(free[0]).toEqual(parse('10.201.128.0/26'));
  expect(free[1023]).toEqual(parse('10.201.127.192/26'));
});

test('where a wide route covers the first space, the second is used; where everything is taken, there is none', () => {
  expect(freeSubnets([parse('10.0.0.0/8')], 0)[0]).toEqual(parse('198.18.0.0/26'));
  expect(freeSubnets([parse('10.0.0.0/8'), parse('198.0.0.0/7')], 0)).toEqual([]);
});

test("Linux' table of routes is read, the default route left out", () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'tun0\t0000C90A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  ].join('\n');
  expect(routes(`${table}\n`)).toEqual([parse('10.201.0.0/16'), parse('192.0.2.0/24')]);
});

test('what is no subnet is refused', () => {
  expect(() => parse('fe80::/64')).toThrow('"fe80::/64" is no IPv4 subnet');
});
