import { existing, loader, pageLoader } from '../reading/loader.ts'
import { customersById } from './customers.ts'
import { linesByOrder, orderPagesByCustomer, ordersById } from './orders.ts'

export const findCustomer = loader(customersById)
export const loadCustomer = existing('customer', findCustomer)

export const findOrder = loader(ordersById)
export const loadOrder = existing('order', findOrder)
export const loadOrderPage = pageLoader(orderPagesByCustomer)
export const loadLines = loader(linesByOrder)
