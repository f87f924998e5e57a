package dev.spikelane.cli.output;

import dev.spikelane.io.file.JsonWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints facts as one JSON object. */
public final class JsonPrinter {

    private static final String LIST = "[]";

    private JsonPrinter() {}

    public static String of(List<Section> sections) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (Section section : sections) {
            String key = section.key();
            List<Section> same =
                    sections.stream().filter(each -> each.key().equals(key)).toList();
            if (key.isEmpty()) {
                all.putAll(values(List.of(section)));
            } else if (key.endsWith(LIST)) {
                all.put(key.replace(LIST, ""), objects(same));
            } else {
                all.put(key, values(same));
            }
        }
        JsonWriter json = new JsonWriter();
        write(all, json);
        return json.text();
    }

    private static List<Map<String, Object>> objects(List<Section> sections) {
        return sections.stream().map(each -> values(List.of(each))).toList();
    }

    private static Map<String, Object> values(List<Section> sections) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Section section : sections) {
            for (Fact fact : section.facts()) {
                switch (fact) {
                    case Statement statement ->
                        statement.values().forEach(each -> values.put(each.key(), each.value()));
                    case Table table -> values.put(table.key(), objects(table.rows()));
                    case Confusion confusion ->
                        values.put(
                                "confusion",
                                Arrays.stream(confusion.counts())
                                        .map(row -> Arrays.stream(row).boxed().toList())
                                        .toList());
                }
            }
        }
        return values;
    }

    /** Numbers that are not finite are left out, so no reader meets a {@code null}. */
    private static void write(Object value, JsonWriter json) {
        switch (value) {
            case Map<?, ?> object -> {
                json.object();
                object.forEach((name, each) -> {
                    if (!(each instanceof Double number) || Double.isFinite(number)) {
                        write(each, json.name(name.toString()));
                    }
                });
                json.end();
            }
            case List<?> list -> {
                json.array();
                list.forEach(each -> write(each, json));
                json.end();
            }
            case Double number -> json.value(number);
            case Number number -> json.value(number.longValue());
            case Boolean truth -> json.value(truth);
            default -> json.value(value.toString());
        }
    }
}
