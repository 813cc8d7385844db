import type { Selectable } from 'kysely'
import type { StorefrontTables } from '../tables.ts'
import { arrivals } from './period.ts'
import { createRandom } from './random.ts'
import type { Vocabulary } from './vocabulary.ts'

export function generateCustomers(
  count: number,
  { firstNames, lastNames }: Vocabulary,
): Selectable<StorefrontTables['customers']>[] {
  const random = createRandom(3)
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1
    const first = random.pick(firstNames)
    const last = random.pick(lastNames)
    return {
      id,
      name: `${first} ${last}`,
      email: `${lettersOf(first)}.${lettersOf(last)}.${id}@example.com`,
      createdAt: random.moment(arrivals),
    }
  })
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}
