/** Who sends operations and pays for them. */
export interface Client {
  /** Stable and unique: budgets of the level `client` hang on it. */
  readonly id: string
  /** The customer the client belongs to. Clients of one tenant share the budgets of the level `tenant`. */
  readonly tenant: string
  /** The name of its tier. */
  readonly tier: string
  /** `staff` may do what runs the shop. */
  readonly role: Role
  /** True for whoever sends no key: the client is an address then, and its tenant is shared with all others like it. */
  readonly anonymous: boolean
}

export type Role = 'client' | 'staff'
