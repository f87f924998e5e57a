package dev.spikelane.cli.output;

import java.util.List;
import java.util.Set;

/**
 * Rows of statements of the same names, which are the heads of the columns.
 *
 * @param key the name by which machines read the rows
 * @param caption a note on the columns; may be empty
 * @param words the columns that stand at the left of their width
 * @param rows at least one
 */
public record Table(String key, String caption, Set<String> words, List<Section> rows) implements Fact {

    List<String> heads() {
        return rows.getFirst().statements().stream().map(Statement::name).toList();
    }
}
