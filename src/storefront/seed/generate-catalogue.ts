import type { Selectable } from 'kysely'
import type { StorefrontTables } from '../tables.ts'
import { catalogue, type Department } from './catalogue.ts'
import { arrivals } from './period.ts'
import { productPhrases } from './phrases.ts'
import { createRandom, type Random } from './random.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Which part of the products are variants of the one before: same name, same moment, another price. */
const VARIANTS = 0.1

/** Which part of the products is out of stock. */
const SOLD_OUT = 0.08

export function generateCategories(): Selectable<StorefrontTables['categories']>[] {
  const tops = catalogue.map(({ name }, index) => ({ id: index + 1, slug: slugOf(name), name, parentId: null }))
  const below = shelves.map(({ id, name, department }) => ({
    id,
    slug: slugOf(name),
    name,
    parentId: catalogue.indexOf(department) + 1,
  }))
  return [...tops, ...below]
}

export function generateProducts(
  count: number,
  { adjectives }: Vocabulary,
): Selectable<StorefrontTables['products']>[] {
  const random = createRandom(1)
  let model = drawModel(random, adjectives)
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1
    if (random.next() >= VARIANTS) model = drawModel(random, adjectives)
    const { department, name, description, categoryId, createdAt } = model
    return {
      id,
      sku: `${department.name.slice(0, 2).toUpperCase()}-${String(id).padStart(6, '0')}`,
      name,
      description,
      priceCents: priceBetween(department.priceCents, random.next()),
      categoryId,
      createdAt,
    }
  })
}

/** What variants of a product have in common. */
function drawModel(random: Random, adjectives: readonly string[]) {
  const { id: categoryId, department, things } = random.pick(shelves)
  const thing = random.pick(things)
  const material = random.pick(department.materials)
  return {
    department,
    name: `${random.pick(adjectives)} ${material} ${thing}`,
    description: `${material} ${thing.toLowerCase()}. ${random.pick(productPhrases)}`,
    categoryId,
    createdAt: random.moment(arrivals),
  }
}

export function generateInventory(count: number): Selectable<StorefrontTables['inventory']>[] {
  const random = createRandom(2)
  return Array.from({ length: count }, (_, index) => ({
    productId: index + 1,
    quantity: random.next() < SOLD_OUT ? 0 : random.integer(1, 400),
  }))
}

interface Shelf {
  readonly id: number
  readonly name: string
  readonly department: Department
  readonly things: readonly string[]
}

const shelves: readonly Shelf[] = catalogue
  .flatMap((department) => Object.entries(department.shelves).map(([name, things]) => ({ name, things, department })))
  .map((shelf, index) => ({ id: catalogue.length + 1 + index, ...shelf }))

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

/** Many are cheap and few are dear; all end in 90 or so, as prices do. */
function priceBetween([min, max]: readonly [number, number], chance: number): number {
  return Math.floor((min + (max - min) * chance ** 3) / 100) * 100 + 90
}
