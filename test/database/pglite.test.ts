import { describeDatabase } from '../support/describe-database.ts'

describeDatabase('pglite', async () => ({}))
