declare module "@filecoin-shipyard/lotus-client-schema" {
  interface Schema {
    readonly methods: Readonly<Record<string, { readonly subscription?: boolean }>>;
  }
  export const mainnet: { readonly fullNode: Schema };
}
