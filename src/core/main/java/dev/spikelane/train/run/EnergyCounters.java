package dev.spikelane.train.run;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The energy counters of the CPU's packages and memory (RAPL) on Linux, in microjoules. They wrap to 0 after their
 * maximum. Most systems let only the administrator read them.
 */
public final class EnergyCounters {

    public static final Path LINUX = Path.of("/sys/class/powercap");

    private final List<Zone> zones = new ArrayList<>();
    private String note = "";

    private record Zone(String name, Path counter, long greatest) {}

    private EnergyCounters() {}

    /** Finds the counters in a folder; if there are none, {@link #note} gives the reason. */
    public static EnergyCounters of(Path folder) {
        EnergyCounters found = new EnergyCounters();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder, "intel-rapl:*")) {
            for (Path zone : names) {
                String name = Files.readString(zone.resolve("name")).strip();
                if (name.startsWith("package") || name.equals("dram")) {
                    Path counter = zone.resolve("energy_uj");
                    number(counter);
                    found.zones.add(new Zone(name, counter, number(zone.resolve("max_energy_range_uj"))));
                }
            }
            found.note = found.zones.isEmpty()
                    ? "unknown: no package among the counters in " + folder
                    : "by the counters of "
                            + found.zones.stream().map(Zone::name).sorted().collect(Collectors.joining(", "));
        } catch (IOException | DirectoryIteratorException | NumberFormatException refused) {
            found.unknown(refused);
        }
        return found;
    }

    private void unknown(Exception refused) {
        zones.clear();
        note = switch (refused) {
            case NoSuchFileException missing -> "unknown: this machine has no energy counter at " + missing.getFile();
            case AccessDeniedException denied -> "unknown: this user may not read " + denied.getFile();
            default -> "unknown: " + refused;
        };
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }

    /** Returns the names of the counters, or the reason why there are none. */
    public String note() {
        return note;
    }

    /** Reads all counters; returns an empty array if one has become unreadable. */
    public long[] read() {
        long[] read = new long[zones.size()];
        try {
            for (int i = 0; i < read.length; i++) {
                read[i] = number(zones.get(i).counter);
            }
        } catch (IOException | NumberFormatException refused) {
            unknown(refused);
            return new long[0];
        }
        return read;
    }

    /** Returns the energy between two readings, in joules; NaN if it is unknown. The counter may wrap once. */
    public double joules(long[] before, long... after) {
        long all = 0;
        for (int i = 0; i < zones.size(); i++) {
            long used = after[i] - before[i];
            all += used < 0 ? used + zones.get(i).greatest + 1 : used;
        }
        return zones.isEmpty() ? Double.NaN : all * 1e-6;
    }
}
