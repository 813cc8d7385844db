import { type GraphQLField, type GraphQLSchema, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { type Annotated, type CostDirectiveNames, findDirective, readListSize, readWeight } from './cost-directives.ts'
import type { SchemaMistake } from './cost-schema-error.ts'
import { findDeclarationMistakes } from './declaration-mistakes.ts'
import { findListSizeMistakes } from './list-size-mistakes.ts'

/**
 * Finds every mistake in a schema's cost directives: in their declarations first, then on the types, each with its
 * fields, and on the arguments of directives last.
 */
export function findSchemaMistakes(schema: GraphQLSchema, names: CostDirectiveNames): readonly SchemaMistake[] {
  const mistakes: SchemaMistake[] = [...findDeclarationMistakes(schema, names)]
  const declaration = schema.getDirective(names.cost)
  // Where the declaration has no weight, it is the mistake, and not each use of it.
  const weightIsDeclared = declaration?.args.some(({ name }) => name === 'weight') ?? true

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    checkWeight(type.name, type.astNode, ...type.extensionASTNodes)
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) checkWeight(`${type.name}.${field.name}`, field.astNode)
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      if (isInterfaceType(type)) checkInterfaceField(coordinate, field)
      checkWeight(coordinate, field.astNode)
      for (const argument of field.args) checkWeight(`${coordinate}(${argument.name}:)`, argument.astNode)
      checkListSize(coordinate, field)
    }
  }
  for (const directive of schema.getDirectives()) {
    for (const argument of directive.args) checkWeight(`@${directive.name}(${argument.name}:)`, argument.astNode)
  }
  return mistakes

  function checkWeight(coordinate: string, ...nodes: readonly (Annotated | null | undefined)[]): void {
    const directive = findDirective(nodes, names.cost)
    if (directive === undefined) return
    const written = readWeight(nodes, names.cost)
    if (written === undefined && weightIsDeclared) {
      const message = `@${names.cost} has no weight; a weight is a number, such as "2.5".`
      mistakes.push({ coordinate, rule: 'Cost Directive', message })
    } else if (written !== undefined && 'invalid' in written) {
      const message = `@${names.cost} has the weight "${written.invalid}"; a weight is a number, such as "2.5".`
      mistakes.push({ coordinate, rule: 'Valid Weight', message })
    }
  }

  function checkInterfaceField(coordinate: string, field: GraphQLField<unknown, unknown>): void {
    if (findDirective([field.astNode], names.cost) === undefined) return
    const message = `@${names.cost} is not allowed on fields of interfaces; put it on the implementing types.`
    mistakes.push({ coordinate, rule: 'No Cost on Interface Fields', message })
  }

  function checkListSize(coordinate: string, field: GraphQLField<unknown, unknown>): void {
    const node = findDirective([field.astNode], names.listSize)
    const listSize = readListSize(field.astNode, names.listSize)
    if (node === undefined || listSize === undefined) return
    mistakes.push(...findListSizeMistakes(schema, coordinate, field, node, listSize))
  }
}
