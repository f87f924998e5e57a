package dev.spikelane.choose;

import dev.spikelane.simd.Cpu;
import dev.spikelane.simd.SimdWidth;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The constants from which kernels estimate the time of each variant: mostly nanoseconds, which a kernel multiplies by
 * its work. {@link Chooser} starts from the estimates; they never change bits.
 *
 * <p>Constants of some CPUs ship with the library. The system property {@value #PROPERTY} selects them:
 *
 * <ul>
 *   <li>{@code auto}, the default: the constants of this CPU model, which decide alone if they were measured on it; if
 *       not, the constants of the most similar model, as a start for learning
 *   <li>{@code learn}: the same constants, as a start for learning on every CPU
 *   <li>the name of a shipped set
 *   <li>constants as {@link #text} writes them; {@code ./spikelane bench --tune} measures them
 * </ul>
 */
public final class CostConstants {

    /** Name of the system property that selects the constants. */
    public static final String PROPERTY = "spikelane.costs";

    /**
     * Constants in nanoseconds, but for the two counts named below. "never" is a variant that never serves.
     *
     * <ul>
     *   <li>{@code active}: a word of 64 inputs of a row, a group of four inputs with an active one, an active input;
     *       then the number of active inputs that the branch predictor remembers from one block of outputs to the next
     *   <li>{@code wide}, {@code narrow}, {@code permute}: the table of a group of four inputs, made once for a tile of
     *       rows; an entry added to a row; then the rows of a tile
     *   <li>{@code lists}: a table, made once for 1,024 rows; a section of 128 inputs of a row; an entry
     *   <li>{@code dense}: four inputs of a row
     *   <li>{@code int8} and the other integers: a row and an active input, if active inputs are visited; the tables of
     *       32 inputs, made once for 256 rows, and their entries added to a row; for weights of few bits, 64 inputs
     *       counted for a row
     * </ul>
     *
     * <p>The performance page tells how to measure them. {@code zen3} is family 25 model 1 at 256 bits, {@code lanes4}
     * is that CPU at 128 bits. {@code int4} and {@code ternary} were measured on Emerald Rapids (2026-11); elsewhere
     * they are estimates from a prototype on Zen 4.
     */
    private static final String SHIPPED = """
            zen3 active=6.5/2.2/2.25/20000,wide=50/2.3/512,narrow=60/2.6/512,lists=58/29/2.2,dense=12,\
            permute=150/2.3/1024,int8=0/2.1/370/14.5,int16=0/2.6/740/29,\
            int4=0/2.1/230/18/123,ternary=0/2.1/230/9/62
            zen4 active=0.85/0/2.52/5000,wide=34.7/2.15/64,narrow=54.7/1.68/512,lists=50.6/16.4/1.63,dense=4.96,\
            permute=121/1.85/1024,int8=13/1.03/115/8,int16=16/1.6/225/17.5,\
            int4=13/1.03/62/8/18,ternary=13/1.03/62/4.5/9
            zen5 active=0.6/0/1.52/20000,wide=18.5/1.08/512,narrow=24/1.02/512,lists=36/10/1.03,dense=2.5,\
            permute=75/0.82/1024,int8=6/0.55/100/4.9,int16=8/1.02/260/10.4,\
            int4=6/0.55/55/4.9/10,ternary=6/0.55/55/2.6/5
            sapphire-rapids active=1.24/0/2.82/10000,wide=45/1.22/96,narrow=48.1/1.85/512,lists=98.4/13.5/1.6,\
            dense=5.93,permute=147/1.95/1024,int8=13/1.03/115/8,int16=16/1.6/225/17.5,\
            int4=13/1.03/62/8.6/21.6,ternary=13/1.03/62/4.4/11.5
            lanes4 active=14.5/2.6/5/20000,wide=68/6/512,narrow=95/7.5/512,lists=88/29/5.5,dense=22,\
            permute=300/6/1024,int8=0/2.1/370/14.5,int16=0/2.6/740/29,\
            int4=0/2.1/400/30/160,ternary=0/2.1/400/15/80
            """;

    private static final String SETTING = System.getProperty(PROPERTY, "auto");

    /** True if the property leaves the choice to the library. */
    private static final boolean FREE = SETTING.equalsIgnoreCase("auto") || SETTING.equalsIgnoreCase("learn");

    /**
     * False if the constants were measured on this CPU: learning from them makes networks no faster (Zen 5, 2026-11).
     */
    private static final boolean LEARNS =
            FREE && !(SETTING.equalsIgnoreCase("auto") && isMeasured(Cpu.family(), Cpu.model(), SimdWidth.bits()));

    private static volatile @Nullable CostConstants declared;
    private static volatile @Nullable CostConstants given;

    private static final double[] NONE = {};

    private final String name;
    private final Map<String, double[]> constants;
    private final Map<Name, double[]> byName = new EnumMap<>(Name.class);

    /** The variants and integer types that have constants. */
    public enum Name {
        ACTIVE,
        WIDE,
        NARROW,
        LISTS,
        DENSE,
        PERMUTE,
        INT8,
        INT16,
        INT4,
        TERNARY;

        /** Returns the name in the system property. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private CostConstants(String name, Map<String, double[]> constants) {
        this.name = name;
        this.constants = constants;
        for (Name each : Name.values()) {
            byName.put(each, constants.getOrDefault(each.text(), NONE));
        }
    }

    /** Returns the constants of a variant or type, in the order of the system property; not copied. */
    public double[] get(Name of) {
        return byName.getOrDefault(of, NONE);
    }

    /**
     * Returns the constants in use.
     *
     * @throws IllegalArgumentException if the system property cannot be parsed
     */
    public static CostConstants inUse() {
        CostConstants known = given;
        if (known == null) {
            known = declared;
        }
        if (known == null) {
            known = of(SETTING);
            declared = known;
        }
        return known;
    }

    /**
     * Fixes the constants, after which nothing is learned. Passing the constants of the system property undoes it.
     *
     * @return false, without an effect, if the system property fixes the constants
     */
    public static boolean fix(CostConstants costs) {
        if (FREE) {
            given = costs == declared ? null : costs;
        }
        return FREE;
    }

    /** Returns true if the constants are fixed and decide alone. */
    public static boolean isFixed() {
        return !LEARNS || given != null;
    }

    /** Returns a shipped set by its name, or parses constants; those left out are taken from the set of this CPU. */
    public static CostConstants of(String asked) {
        String here = shipped(Cpu.family(), Cpu.model(), SimdWidth.bits());
        String lowered = asked.toLowerCase(Locale.ROOT);
        return switch (lowered) {
            case "auto", "learn" -> of(here);
            case "lanes8" -> new CostConstants(lowered, of("zen3").constants);
            case "lanes16" -> new CostConstants(lowered, of("sapphire-rapids").constants);
            default -> {
                for (String line : SHIPPED.split("\n", -1)) {
                    if (line.startsWith(lowered + " ")) {
                        yield new CostConstants(lowered, parse(line.substring(lowered.length() + 1), Map.of()));
                    }
                }
                yield new CostConstants("given", parse(lowered, of(here).constants));
            }
        };
    }

    /** Returns the name of the set for a CPU, by its x86 family and model, and for the vectors in use. */
    static String shipped(int family, int model, int bits) {
        return switch (bits) {
            case SimdWidth.WIDEST ->
                switch (family) {
                    case 25 -> "zen4";
                    case 26 -> "zen5";
                    default -> isMeasured(family, model, bits) ? "sapphire-rapids" : "lanes16";
                };
            case 256 -> isMeasured(family, model, bits) ? "zen3" : "lanes8";
            default -> "lanes4";
        };
    }

    /**
     * Returns true if the shipped constants for a CPU and vector width were measured there with the current loops: Zen
     * 3 at 256 bits, Zen 4 (all of family 25 that has 512 bits), Zen 5, Sapphire and Emerald Rapids, which have the
     * same core.
     */
    static boolean isMeasured(int family, int model, int bits) {
        return switch (family) {
            case 25 -> bits == SimdWidth.WIDEST || model == 1 && bits == 256;
            case 26 -> model == 2 && bits == SimdWidth.WIDEST;
            case 6 -> (model == 143 || model == 207) && bits == SimdWidth.WIDEST;
            default -> false;
        };
    }

    private static Map<String, double[]> parse(String text, Map<String, double[]> others) {
        Map<String, double[]> constants = new LinkedHashMap<>(others);
        for (String part : text.split(",", -1)) {
            String[] sides = part.split("=", -1);
            double[] before = others.get(sides[0]);
            String[] written = sides[sides.length - 1].split("/", -1);
            double[] numbers = new double[written.length];
            Arrays.setAll(numbers, i -> number(written[i]));
            boolean fits = sides.length == 2 && (others.isEmpty() || before != null && before.length == numbers.length);
            for (double number : numbers) {
                fits &= number >= 0;
            }
            if (!fits) {
                throw new IllegalArgumentException(PROPERTY + " is '" + text + "', expected auto, learn, zen3, zen4,"
                        + " zen5, sapphire-rapids, lanes4, lanes8, lanes16, or constants such as '"
                        + of("zen5").text()
                        + "'");
            }
            constants.put(sides[0], numbers);
        }
        return constants;
    }

    /** Parses a constant; NaN if the text is not a number. */
    private static double number(String text) {
        try {
            return text.equals("never") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    public String name() {
        return name;
    }

    /** Returns the constants in the form that the system property takes. */
    public String text() {
        StringJoiner all = new StringJoiner(",");
        constants.forEach((variant, numbers) -> {
            StringJoiner written = new StringJoiner("/", variant + "=", "");
            for (double number : numbers) {
                written.add(Double.isInfinite(number) ? "never" : String.format(Locale.ROOT, "%.2f", number));
            }
            all.add(written.toString());
        });
        return all.toString();
    }
}
