import { describeOutbox } from './describe-outbox.ts'

describeOutbox('pglite', async () => undefined)
