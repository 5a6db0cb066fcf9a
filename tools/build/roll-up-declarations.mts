import { dirname, join } from 'node:path';
import ts from 'typescript';

type TypeDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

const root = join(import.meta.dirname, '../..');

/**
 * The declarations that `file` exports, and all types of the workspace that these speak of, as the text of one file that stands on its own.
 * What is exported may be functions, interfaces and type aliases; their comments come along. What they speak of from elsewhere is imported.
 * @throws Error if another sort of thing is exported or spoken of, or if two types of one name are
 */
export function rollUpDeclarations(file: string): string {
  const program = ts.createProgram([file], compilerOptions());
  return new RollUp(program.getTypeChecker()).of(program.getSourceFile(file));
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, (name) => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, dirname(path)).options;
}

class RollUp {
  readonly #checker: ts.TypeChecker;
  /** By its name; in the order in which they are first spoken of. */
  readonly #declarations = new Map<string, ts.Declaration>();
  readonly #imports = new Set<string>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  of(file: ts.SourceFile | undefined): string {
    const module = file === undefined ? undefined : this.#checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error('there is no such module');
    for (const symbol of this.#checker.getExportsOfModule(module)) this.#take(symbol);
    // Grows while it is gone through.
    for (const declaration of this.#declarations.values()) this.#takeSpokenOf(declaration);
    return `${[...this.#imports, ...[...this.#declarations.values()].map(textOf)].join('\n\n')}\n`;
  }

  #takeSpokenOf(declaration: ts.Declaration): void {
    const visit = (node: ts.Node): void => {
      if (ts.isBlock(node)) return;
      const name = ts.isTypeReferenceNode(node) ? node.typeName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
      const symbol = name === undefined ? undefined : this.#checker.getSymbolAtLocation(name);
      if (symbol !== undefined) this.#take(symbol);
      ts.forEachChild(node, visit);
    };
    visit(declaration);
  }

  /** Leaves out type parameters and what is declared everywhere. */
  #take(symbol: ts.Symbol): void {
    const own = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol);
    const [declaration] = own.declarations ?? [];
    if (declaration === undefined) throw new Error(`nothing declares ${symbol.name}`);
    if (ts.isTypeParameterDeclaration(declaration)) return;
    if (declaration.getSourceFile().fileName.includes('/node_modules/')) return this.#import(symbol);
    const present = this.#declarations.get(own.name);
    if (present !== undefined && present !== declaration)
      throw new Error(`${own.name} is declared by ${placeOf(present)} and by ${placeOf(declaration)}: one of them needs another name`);
    this.#declarations.set(own.name, declaration);
  }

  #import(symbol: ts.Symbol): void {
    const [specifier] = symbol.declarations ?? [];
    if (specifier === undefined || !ts.isImportSpecifier(specifier)) return;
    this.#imports.add(`import type { ${specifier.getText()} } from ${specifier.parent.parent.parent.moduleSpecifier.getText()};`);
  }
}

function textOf(declaration: ts.Declaration): string {
  const comment = ts
    .getJSDocCommentsAndTags(declaration)
    .filter((node) => ts.isJSDoc(node))
    .map((node) => `${node.getText()}\n`)
    .join('');
  return comment + (ts.isFunctionDeclaration(declaration) ? signatureOf(declaration) : typeTextOf(declaration));
}

function typeTextOf(declaration: ts.Declaration): string {
  if (!isTypeDeclaration(declaration)) throw new Error(`${placeOf(declaration)} is neither a function nor an interface nor a type alias`);
  const text = declaration.getText();
  return text.startsWith('export ') ? text : `export ${text}`;
}

function isTypeDeclaration(declaration: ts.Declaration): declaration is TypeDeclaration {
  return ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
}

/** A parameter with a default may be left out. */
function signatureOf(declaration: ts.FunctionDeclaration): string {
  const { name, parameters, type, typeParameters = [] } = declaration;
  if (type === undefined || name === undefined) throw new Error(`${placeOf(declaration)} does not say what it returns`);
  const generic = typeParameters.length === 0 ? '' : `<${typeParameters.map((parameter) => parameter.getText()).join(', ')}>`;
  const list = parameters.map((parameter) => {
    if (parameter.type === undefined) throw new Error(`${placeOf(parameter)} has no type`);
    const isOptional = parameter.initializer !== undefined || parameter.questionToken !== undefined;
    return `${parameter.name.getText()}${isOptional ? '?' : ''}: ${parameter.type.getText()}`;
  });
  return `export declare function ${name.text}${generic}(${list.join(', ')}): ${type.getText()};`;
}

function placeOf(declaration: ts.Node): string {
  const file = declaration.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}`;
}
