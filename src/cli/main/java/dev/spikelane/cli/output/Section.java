package dev.spikelane.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Facts about one subject: a heading and rows of text, a JSON object, a part of a page. */
public final class Section {

    private final String key;
    private final String title;
    private final List<Fact> facts = new ArrayList<>();

    private Section(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /**
     * Starts a section.
     *
     * @param key the name of the JSON object, which sections may share; {@code name[]} appends to a list, and an empty
     *     key is the outermost object
     * @param title the heading of the text; without it, rows follow the previous section directly
     */
    public static Section of(String key, String title) {
        return new Section(key, title);
    }

    public static Section of(String key) {
        return of(key, "");
    }

    public Section add(Fact fact) {
        facts.add(fact);
        return this;
    }

    public Section say(String name, String format, Object... parts) {
        return add(Statement.of(name, format, parts));
    }

    public Section value(String name, Object value) {
        return say("", "", Value.named(name, value));
    }

    String key() {
        return key;
    }

    public String title() {
        return title;
    }

    List<Fact> facts() {
        return facts;
    }

    /** Returns the statements with a text, without tables. */
    List<Statement> statements() {
        return facts.stream()
                .filter(Statement.class::isInstance)
                .map(Statement.class::cast)
                .filter(each -> !each.text().isEmpty())
                .toList();
    }

    public String declared(String name) {
        return statements().stream()
                .filter(each -> each.name().equals(name))
                .map(Statement::text)
                .findFirst()
                .orElse("");
    }
}
