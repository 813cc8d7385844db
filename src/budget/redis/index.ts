// The public entry for budgets in Redis. Nothing inside src/ imports it.
export { createRedisBudgetStore, type RedisBudgetStoreOptions } from './redis-budget-store.ts'
export { createRedisConnection, type RedisConnection, type RedisConnectionOptions } from './redis-connection.ts'
