import { describe, expect, it } from 'vitest';
import { nameMatcher, withoutGenerics } from '../../src/symbols/pattern';

const push = '<alloc::collections::vec_deque::VecDeque<u32>>::push_back';
const area = '<shapes::Shape as shapes::Area>::area';

describe('a name pattern', () => {
  const rows: [query: string | RegExp, name: string, fits: boolean][] = [
    ['leaf', 'leaf', true],
    ['leaf', 'leaflet', false],
    ['stop', 'shapes::stop', true],
    ['shapes::stop', 'shapes::stop', true],
    ['top', 'shapes::stop', false],
    ['push_back', push, true],
    ['VecDeque::push_back', push, true],
    ['vec_deque::VecDeque::push_back', push, true],
    ['Deque::push_back', push, false],
    [push, push, true],
    ['Shape::area', area, true],
    ['Area::area', area, true],
    ['shapes::Area::area', area, true],
    ['store', 'shapes::store::<u32>', true],
    ['store::<u32>', 'shapes::store::<u32>', true],
    ['store::<u64>', 'shapes::store::<u32>', false],
    ['shapes::st*', 'shapes::stop', true],
    ['st*', 'shapes::stop', true],
    ['*back', push, true],
    ['VecDeque*', 'alloc::VecDeque<u32>', true],
    ['/^shapes::s/', 'shapes::stop', true],
    ['/^SHAPES/i', 'shapes::stop', true],
    ['/^stop/', 'shapes::stop', false],
    [/top$/g, 'shapes::stop', true],
    ['/(/', 'shapes::(', false],
    ['', 'shapes::stop', false],
    ['rust_main::{closure#0}', 'shapes::rust_main::{closure#0}', true],
    ['<*const u8>::add', '<*const u8>::add', true],
  ];
  for (const [query, name, fits] of rows) {
    it(`${query} ${fits ? 'fits' : 'does not fit'} ${name}`, () => {
      expect(nameMatcher(query)(name)).toBe(fits);
    });
  }

  it('is the same however often it is asked', () => {
    const matches = nameMatcher(/top/g);
    expect([matches('stop'), matches('stop')]).toEqual([true, true]);
  });

  it('drops generic arguments, arrows of function types inside included', () => {
    expect(withoutGenerics('a::B<fn(u8) -> C<D>>::e::<F>')).toBe('a::B::e');
    expect(withoutGenerics('core::ops::Sub<T>::sub')).toBe('core::ops::Sub::sub');
  });
});
