/**
 * Replaces `$(NAME)` by the variable's value; `$$` stands for one `$`, and a reference to what is not set stays as it is
 * (k8s.io/kubernetes third_party/forked/golang/expansion).
 */
export function expandVariables(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (reference: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return lookUp(name) ?? reference;
  });
}
