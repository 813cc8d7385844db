import { describeAlgorithm } from '../../support/describe-algorithm.ts'

describeAlgorithm('token-bucket')
describeAlgorithm('leaky-bucket')
