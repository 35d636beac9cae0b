// Glue to check a log by Go's sumdb/note and sumdb/tlog: main.go URL-or-FOLDER VKEY [OLD-CHECKPOINT] [INDEX HASH].
package main

import ("encoding/base64"; "fmt"; "io"; "net/http"; "os"; "strings"; "golang.org/x/mod/sumdb/note"; "golang.org/x/mod/sumdb/tlog")

type tiles string
func (t tiles) Height() int { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(asked []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range asked { found = append(found, read(string(t) + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))) }
	return
}
func must[T any](value T, err error) T { if err != nil { fmt.Println("REFUSED:", err); os.Exit(1) }; return value }
func read(path string) []byte {
	if !strings.HasPrefix(path, "http") { return must(os.ReadFile(path)) }
	answer := must(http.Get(path)); if answer.StatusCode != 200 { must(0, fmt.Errorf("%s: %s", path, answer.Status)) }
	return must(io.ReadAll(answer.Body))
}
func open(text []byte, vkey string) (tree tlog.Tree) {
	lines := strings.Split(must(note.Open(text, note.VerifierList(must(note.NewVerifier(vkey))))).Text, "\n")
	fmt.Sscan(lines[1], &tree.N); copy(tree.Hash[:], must(base64.StdEncoding.DecodeString(lines[2]))); return
}
func main() {
	log, vkey := os.Args[1], os.Args[2]; tree := open(read(log + "/checkpoint"), vkey); hashes := tlog.TileHashReader(tree, tiles(log))
	if len(os.Args) > 3 && os.Args[3] != "" { old := open(read(os.Args[3]), vkey); must(0, tlog.CheckTree(must(tlog.ProveTree(tree.N, old.N, hashes)), tree.N, tree.Hash, old.N, old.Hash)) }
	for at := 4; at+1 < len(os.Args); at += 2 { var index int64; var leaf tlog.Hash; fmt.Sscan(os.Args[at], &index); copy(leaf[:], must(base64.StdEncoding.DecodeString(os.Args[at+1]))); must(0, tlog.CheckRecord(must(tlog.ProveRecord(tree.N, index, hashes)), tree.N, tree.Hash, index, leaf)) }
	root := must(tlog.TreeHash(tree.N, hashes)); if root != tree.Hash { must(0, fmt.Errorf("another root")) }; fmt.Println("HOLDS", tree.N)
}
