import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

const sdl = `
  type Query { book: Book shelf: [Book] @listSize(assumedSize: 10) media: Media }
  type Book implements Media { title: String pages: Int @cost(weight: "3") size(unit: Int): Int @cost(weight: "5") author: Person next: Book }
  type Film implements Media { title: String minutes: Int @cost(weight: "7") author: Person }
  interface Media { title: String author: Person }
  type Person { name: String age: Int @cost(weight: "11") }
`

describe('selections', () => {
  costTable(sdl, [
    {
      name: 'count a field that is selected twice once',
      operation: '{ book { pages pages } }',
      fieldCost: 1 + 3,
      typeCost: 2,
    },
    {
      name: 'merge what is selected inside one response name',
      operation: '{ book { pages } book { author { name } } }',
      fieldCost: 1 + 3 + 1,
      typeCost: 3,
    },
    {
      name: 'merge on every level',
      operation: '{ book { author { name } } book { author { age } } }',
      fieldCost: 1 + 1 + 11,
      typeCost: 3,
    },
    {
      name: 'count each alias by itself',
      operation: '{ a: book { x: pages y: pages } b: book { pages } }',
      fieldCost: 2 + 9,
      typeCost: 3,
    },
    {
      name: 'count a fragment once however often it is spread',
      operation: '{ book { ...F ...F ... { ...F } } } fragment F on Book { pages }',
      fieldCost: 4,
      typeCost: 2,
    },
    {
      name: 'count a fragment again in another collection',
      operation: '{ book { ...F next { ...F } } } fragment F on Book { pages }',
      fieldCost: 2 + 6,
      typeCost: 3,
    },
    {
      name: 'merge a field with the same field of a fragment',
      operation: '{ book { pages author { age } ...F } } fragment F on Book { pages author { age name } }',
      fieldCost: 1 + 3 + 1 + 11,
      typeCost: 3,
    },
    {
      name: 'are taken through inline fragments of the type, of its interface and of none',
      operation: '{ book { ... { pages } ... on Book { a: pages } ... on Media { author { age } } } }',
      fieldCost: 1 + 6 + 1 + 11,
      typeCost: 3,
    },
    {
      name: 'leave out fragments on types that the object is not',
      operation: '{ media { ... on Book { pages } ... on Film { minutes } } }',
      fieldCost: 1 + 7,
      typeCost: 2,
    },
    {
      name: 'merge a field of an interface with that of the type',
      operation: '{ media { author { name } ... on Film { author { age } minutes } } }',
      fieldCost: 1 + 1 + 11 + 7,
      typeCost: 3,
    },
    {
      name: 'multiply within lists',
      operation: '{ shelf { pages author { age } } }',
      fieldCost: 1 + 10 * (3 + 1 + 11),
      typeCost: 1 + 10 * 2,
    },
    {
      name: 'take __typename for free',
      operation: '{ __typename book { __typename kind: __typename } }',
      fieldCost: 1,
      typeCost: 2,
    },
    {
      name: 'take introspection for free',
      operation: '{ __schema { types { fields { name } } } __type(name: "Book") { name } }',
      fieldCost: 0,
      typeCost: 1,
    },
    {
      name: 'take unknown fields and fragments for free',
      operation: '{ book { nothing { pages } ...Nowhere } nothing }',
      fieldCost: 1,
      typeCost: 2,
    },
  ])
})
