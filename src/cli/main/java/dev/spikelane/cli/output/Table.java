package dev.spikelane.cli.output;

import java.util.List;
import java.util.Set;

/**
 * Rows of statements with equal names, the heads of the columns.
 *
 * @param key the name of the rows in JSON
 * @param words the left-aligned columns
 * @param rows at least one
 */
public record Table(String key, String caption, Set<String> words, List<Section> rows) implements Fact {

    List<String> heads() {
        return rows.getFirst().statements().stream().map(Statement::name).toList();
    }
}
