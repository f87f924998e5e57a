package dev.spikelane.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Facts about one thing: a heading and rows of text, an object of JSON, a part of a page. */
public final class Section {

    private final String key;
    private final String title;
    private final List<Fact> facts = new ArrayList<>();

    private Section(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /**
     * Starts without facts.
     *
     * @param key the object in which machines read it, which sections may share; {@code name[]} is one more element of
     *     a list, and none the object around all
     * @param title the heading of the text; without one, the rows follow the previous section directly
     */
    public static Section of(String key, String title) {
        return new Section(key, title);
    }

    /** Facts without a heading. */
    public static Section of(String key) {
        return of(key, "");
    }

    public Section add(Fact fact) {
        facts.add(fact);
        return this;
    }

    /** Adds {@linkplain Statement#of a statement}. */
    public Section say(String name, String format, Object... parts) {
        return add(Statement.of(name, format, parts));
    }

    /** Adds a value for machines. */
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

    /** The statements that people see; tables are apart. */
    List<Statement> statements() {
        return facts.stream()
                .filter(Statement.class::isInstance)
                .map(Statement.class::cast)
                .filter(each -> !each.text().isEmpty())
                .toList();
    }

    /** The words about something; empty if there are none. */
    public String declared(String name) {
        return statements().stream()
                .filter(each -> each.name().equals(name))
                .map(Statement::text)
                .findFirst()
                .orElse("");
    }
}
