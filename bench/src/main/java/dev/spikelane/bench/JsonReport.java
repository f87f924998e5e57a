package dev.spikelane.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A {@link Report} as JSON; times are in nanoseconds. */
final class JsonReport {

    private JsonReport() {}

    static String of(Report report) {
        return """
                {
                  "facts": [%s],
                  "command": %s,
                  "targets": [
                %s
                  ],
                  "measurements": [
                %s
                  ],
                  "withoutFlags": {%s}
                }
                """.formatted(
                report.facts().stream().map(JsonReport::string).collect(Collectors.joining(", ")),
                string(report.command()),
                lines(Targets.of(report).stream().map(JsonReport::target).toList()),
                lines(report.measured().values().stream()
                        .map(JsonReport::measurement)
                        .toList()),
                report.withoutFlags().entrySet().stream()
                        .map(entry -> string(entry.getKey()) + ": " + number(entry.getValue()))
                        .collect(Collectors.joining(", ")));
    }

    private static String lines(List<String> objects) {
        return objects.stream().map(object -> "    " + object).collect(Collectors.joining(",\n"));
    }

    private static String target(Targets.Target target) {
        return "{\"work\": %s, \"goal\": %s, \"found\": %s, \"verdict\": %s}"
                .formatted(
                        string(target.work()),
                        string(target.goal()),
                        string(target.found()),
                        string(target.verdict().text()));
    }

    private static String measurement(Measurement measurement) {
        return "{\"work\": %s, \"threads\": %d, \"bytes\": %d, \"busy\": %b, \"times\": {%s}}"
                .formatted(
                        string(measurement.work()),
                        measurement.threads(),
                        measurement.bytes(),
                        measurement.busy(),
                        measurement.times().entrySet().stream()
                                .map(JsonReport::timing)
                                .collect(Collectors.joining(", ")));
    }

    private static String timing(Map.Entry<Contestant, Timing> entry) {
        Timing timing = entry.getValue();
        return "%s: {\"median\": %s, \"low\": %s, \"high\": %s}"
                .formatted(
                        string(entry.getKey().name().toLowerCase(Locale.ROOT)),
                        number(timing.median()),
                        number(timing.low()),
                        number(timing.high()));
    }

    private static String number(double nanoseconds) {
        return String.format(Locale.ROOT, "%.1f", nanoseconds);
    }

    static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char character : text.toCharArray()) {
            if (character < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            } else {
                if (character == '"' || character == '\\') {
                    quoted.append('\\');
                }
                quoted.append(character);
            }
        }
        return quoted.append('"').toString();
    }
}
