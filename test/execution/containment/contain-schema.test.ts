import { execute } from 'graphql'
import { createExecutor } from '../../../src/execution/compiled/executor.ts'
import { describeContainment } from '../../support/describe-containment.ts'

describeContainment('a schema that graphql-js executes', execute)

const executor = createExecutor({ interpretedRuns: 0 })
describeContainment('a schema whose operations are compiled', (args) => executor.execute(args, {}))
