// What scripts/world-map.ts makes of the packages at build time.
declare module "virtual:world-map" {
  const world: { width: number; height: number; shapes: Record<string, string> };
  export default world;
}
