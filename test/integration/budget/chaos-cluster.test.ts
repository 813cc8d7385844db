import { clusterChaos } from '../../support/chaos/cluster-chaos.ts'
import { describeChaos } from '../../support/chaos/describe-chaos.ts'

describeChaos('a redis cluster', clusterChaos)
