import { faker } from '@faker-js/faker/locale/en'

export interface Vocabulary {
  readonly firstNames: readonly string[]
  readonly lastNames: readonly string[]
  /** For products: `Sleek`, `Handmade`. */
  readonly adjectives: readonly string[]
}

// Fit for food, or for nothing that is sold here.
const unfit = new Set(['Electronic', 'Fresh', 'Frozen', 'Generic', 'Licensed', 'Oriental', 'Tasty', 'Unbranded'])

/** Words from faker, the same in every run. They are drawn once and combined later, which is much faster. */
export function drawVocabulary(): Vocabulary {
  faker.seed(4000)
  const { helpers, person, commerce } = faker
  return {
    firstNames: helpers.uniqueArray(() => person.firstName(), 300),
    lastNames: helpers.uniqueArray(() => person.lastName(), 300),
    adjectives: helpers.uniqueArray(() => commerce.productAdjective(), 100).filter((word) => !unfit.has(word)),
  }
}
