package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.ElementType;
import dev.spikelane.simd.Cpu;
import dev.spikelane.simd.SimdWidth;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What the ways of products cost on a machine, in nanoseconds for 64 outputs: constants times work. {@link Chooser}
 * starts from them; they never change bits.
 *
 * <p>Constants of some CPUs ship with the library. The system property {@value #PROPERTY} says which serve:
 * {@code auto} (the default: those of this CPU model, which decide alone where they were measured; elsewhere those of
 * the most similar one, as a start for learning), {@code learn} (the same, as a start on every CPU), the name of a
 * shipped set, or constants as {@link #text} writes them and {@link CostFit} measures them.
 */
public final class CostModel {

    /** Name of the system property that fixes the constants. */
    public static final String PROPERTY = "spikelane.costs";

    /**
     * The most rows of a tile of active inputs, and the most that are advised at a time: more currents leave the L2
     * cache (1,024 rows of 784 -> 1000 at density 0.02 take 5.2 ms in one tile, 4.3 in four; Zen 3, 2026-11).
     */
    public static final int MOST_ROWS_FORESEEN = 256;

    /**
     * Of visiting active inputs: a word of 64 inputs of a row, a group of four inputs in which one is active, an active
     * input; and how many of these the CPU's branch predictor keeps in mind from one block of outputs to the next. Of
     * tables ({@code wide}, {@code narrow}, {@code permute}): making that of a group of four inputs, once for a tile of
     * rows; adding an entry to a row; rows of a tile. Of lists: making a table, once for 1,024 rows; a section of 128
     * inputs of a row; an entry. Of spikes as numbers ({@code dense}): four inputs of a row. Of integers: a row and an
     * active input, where these are visited; making the tables of 32 inputs, once for 256 rows; adding their entries to
     * a row; of weights of few bits, counting those of 64 inputs for a row. "never" is a way that never serves.
     *
     * <p>How they were measured stands in the docs, under Performance. {@code zen3} is family 25 model 1 at 256 bits,
     * {@code lanes4} the same at 128. {@code int4} and {@code ternary} were measured on Emerald Rapids (2026-11), and
     * are estimates elsewhere, from a prototype on Zen 4.
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

    /** Inputs whose tables of integers are made at a time. */
    private static final int INTEGER_INPUTS = 32;

    /** Blocks of 64 outputs of the layer that constants are fitted to, 784 -> 1000. */
    private static final int BLOCKS = 16;

    private static final String ASKED = System.getProperty(PROPERTY, "auto");

    /** Whether the property leaves the choice to the library. */
    private static final boolean FREE = ASKED.equalsIgnoreCase("auto") || ASKED.equalsIgnoreCase("learn");

    /**
     * Constants that were measured on the CPU decide alone: a network that has learned from them is as fast (Zen 5,
     * 2026-11).
     */
    private static final boolean LEARNS =
            FREE && !(ASKED.equalsIgnoreCase("auto") && isMeasured(Cpu.family(), Cpu.model(), SimdWidth.bits()));

    private static volatile @Nullable CostModel declared;
    private static volatile @Nullable CostModel given;

    private static final List<ElementType> INTEGERS =
            List.of(ElementType.INT8, ElementType.INT16, ElementType.INT4, ElementType.TERNARY);

    private static final double[] NONE = {};

    private static final int SCALAR = SpikeMatmul.Variant.SCALAR.way;

    private final String name;
    private final Map<String, double[]> constants;
    /** The constants of each variant of products of floats, and of both types of integers. */
    private final double[][] ofVariants;

    private final Map<ElementType, double[]> ofIntegers = new EnumMap<>(ElementType.class);

    private CostModel(String name, Map<String, double[]> constants) {
        this.name = name;
        this.constants = constants;
        SpikeMatmul.Variant[] variants = SpikeMatmul.Variant.values();
        this.ofVariants = new double[variants.length][];
        Arrays.setAll(ofVariants, i -> constant(i == SCALAR ? "active" : nameOf(variants[i])));
        for (ElementType type : INTEGERS) {
            ofIntegers.put(type, constant(nameOf(type)));
        }
    }

    static String nameOf(Enum<?> variant) {
        return variant.name().toLowerCase(Locale.ROOT);
    }

    /** What was read has all of them. */
    private double[] constant(String of) {
        return constants.getOrDefault(of, NONE);
    }

    /**
     * Returns the constants that decide.
     *
     * @return the constants in use
     * @throws IllegalArgumentException if the system property cannot be read
     */
    public static CostModel inUse() {
        CostModel known = given;
        if (known == null) {
            known = declared;
        }
        if (known == null) {
            known = of(ASKED);
            declared = known;
        }
        return known;
    }

    /** Fixes the constants, unless the system property does: from then on nothing is learned. */
    public static boolean fix(CostModel costs) {
        if (FREE) {
            given = costs == declared ? null : costs;
        }
        return FREE;
    }

    /**
     * Tells whether the constants are fixed, so that they decide alone.
     *
     * @return whether they are
     */
    public static boolean isFixed() {
        return !LEARNS || given != null;
    }

    /** Reads the name of a shipped set, or constants; those that are left out are as in the set of this CPU. */
    public static CostModel of(String asked) {
        String here = shipped(Cpu.family(), Cpu.model(), SimdWidth.bits());
        String lowered = asked.toLowerCase(Locale.ROOT);
        return switch (lowered) {
            case "auto", "learn" -> of(here);
            case "lanes8" -> new CostModel(lowered, of("zen3").constants);
            case "lanes16" -> new CostModel(lowered, of("sapphire-rapids").constants);
            default -> {
                for (String line : SHIPPED.split("\n", -1)) {
                    if (line.startsWith(lowered + " ")) {
                        yield new CostModel(lowered, parse(line.substring(lowered.length() + 1), Map.of()));
                    }
                }
                yield new CostModel("given", parse(lowered, of(here).constants));
            }
        };
    }

    /** The name of the set for a CPU, by its family and model as x86 numbers them, and for the vectors in use. */
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
     * Whether the constants that ship for a CPU and vectors were measured there, with the loops that there are: Zen 3
     * at 256 bits, Zen 4 (all of family 25 that has 512 bits), Zen 5, Sapphire and Emerald Rapids, which have one core.
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

    /** A constant; NaN for what is none. */
    private static double number(String text) {
        try {
            return text.equals("never") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    /** Where they come from. */
    public String name() {
        return name;
    }

    /** Writes the constants as the system property takes them. */
    public String text() {
        StringJoiner all = new StringJoiner(",");
        constants.forEach((of, numbers) -> {
            StringJoiner written = new StringJoiner("/", of + "=", "");
            for (double number : numbers) {
                written.add(Double.isInfinite(number) ? "never" : String.format(Locale.ROOT, "%.2f", number));
            }
            all.add(written.toString());
        });
        return all.toString();
    }

    /** The same with other constants, of which those that are counts stay. */
    CostModel with(String of, double[] fitted) {
        Map<String, double[]> changed = new LinkedHashMap<>(constants);
        double[] all = constant(of).clone();
        System.arraycopy(fitted, 0, all, 0, fitted.length);
        changed.put(of, all);
        return new CostModel("given", changed);
    }

    /** What an entry of a list takes. */
    public double entry() {
        return ofVariants[SpikeMatmul.Variant.LISTS.way][2];
    }

    /** What a multiplication of an active input by a weight takes. */
    public double multiplication() {
        return ofVariants[SpikeMatmul.Variant.ACTIVE.way][2] / PackedWeights.BLOCK;
    }

    /** Rows of a tile of tables. */
    int tile(SpikePanels.Shape shape) {
        return switch (shape) {
            case WIDE -> Math.min(tile(SpikeMatmul.Variant.WIDE), SpikePanels.mostRows(shape));
            case NARROW -> Math.min(tile(SpikeMatmul.Variant.NARROW), SpikePanels.mostRows(shape));
            case LISTS -> SpikePanels.mostRows(shape);
        };
    }

    private int tile(SpikeMatmul.Variant variant) {
        return (int) Math.clamp(ofVariants[variant.way][2], 1, SpikePanels.ROWS);
    }

    /** Rows whose active inputs are foreseen, where a row has as many as these have on average. */
    int rowsForeseen(long rows, long activeInputs) {
        double foreseen = ofVariants[SpikeMatmul.Variant.ACTIVE.way][3] * rows / Math.max(1, activeInputs);
        return (int) Math.clamp(foreseen, 1, MOST_ROWS_FORESEEN);
    }

    /** What a variant costs for 64 outputs, or for fewer if there are no more, in nanoseconds. */
    double of(SpikeMatmul.Variant variant, long rows, int inputs, int outputs, long activeInputs) {
        double preparing = preparing(variant);
        double all = 0;
        for (int i = 0; i < terms(variant); i++) {
            all += ofVariants[variant.way][i] * work(variant, i, rows, inputs, activeInputs);
        }
        return all
                * (share(variant, outputs) + preparing / Math.ceilDiv(outputs, PackedWeights.BLOCK))
                / (1 + preparing / BLOCKS);
    }

    /** How many of a variant's constants are nanoseconds. */
    static int terms(SpikeMatmul.Variant variant) {
        return switch (variant) {
            case SCALAR, ACTIVE, LISTS -> 3;
            case WIDE, NARROW, PERMUTE -> 2;
            case DENSE -> 1;
        };
    }

    /** How often a variant does for 64 outputs what one of its constants tells the time of. */
    double work(SpikeMatmul.Variant variant, int constant, long rows, int inputs, long activeInputs) {
        double groups = Math.ceilDiv(inputs, 4);
        return switch (variant) {
            case SCALAR, ACTIVE ->
                switch (constant) {
                    case 0 -> (double) Math.ceilDiv(inputs, Long.SIZE) * rows;
                    case 1 -> activeGroups(groups, rows, inputs, activeInputs);
                    default -> activeInputs;
                };
            case WIDE, NARROW -> groups * (constant == 0 ? Math.ceilDiv(rows, (long) tile(variant)) : rows);
            case PERMUTE ->
                groups * (constant == 0 ? Math.ceilDiv(rows, (long) tile(variant)) : Math.ceilDiv(rows, 16L) * 16);
            case LISTS ->
                switch (constant) {
                    case 0 -> groups * Math.ceilDiv(rows, (long) SpikePanels.ROWS);
                    case 1 -> (double) Math.ceilDiv(inputs, 4 * SpikeLister.GROUPS) * rows;
                    default -> activeGroups(groups, rows, inputs, activeInputs);
                };
            case DENSE -> groups * Math.ceilDiv(rows, (long) SpikeFactors.ROWS) * SpikeFactors.ROWS;
        };
    }

    /** What a variant does of its work for 64 outputs: tables are of 16 or 32, or of all. */
    private static double share(SpikeMatmul.Variant variant, int outputs) {
        int most = switch (variant) {
            case SCALAR, ACTIVE -> PackedWeights.BLOCK;
            case WIDE, NARROW, LISTS, DENSE -> SpikePanels.Shape.NARROW.bytes / Float.BYTES;
            case PERMUTE -> SpikePermuteVector.OUTPUTS;
        };
        return Math.min(1, Math.ceilDiv(outputs, most) * (double) most / PackedWeights.BLOCK);
    }

    /**
     * What a variant does once for all outputs, listing and laying out spikes, for the work that it does for 64 of them
     * (Zen 5, 2026-11: 200 rows of 784 -> 64 and 128, and of 1000 -> 10).
     */
    private static double preparing(SpikeMatmul.Variant variant) {
        return switch (variant) {
            case SCALAR -> 0;
            case ACTIVE -> 0.7;
            case DENSE -> 0.6;
            case WIDE -> 0.3;
            case NARROW -> 0.1;
            case LISTS -> 1.4;
            case PERMUTE -> 0.16;
        };
    }

    /** How many groups of four inputs have an active one, if these are anywhere. */
    private static double activeGroups(double groups, long rows, int inputs, long activeInputs) {
        double silent = 1 - Math.min(1, activeInputs / ((double) rows * inputs));
        return groups * rows * (1 - silent * silent * silent * silent);
    }

    /** What a product of integers costs for 64 outputs, by tables or by visiting active inputs, in nanoseconds. */
    public double ofIntegers(ElementType type, boolean tables, int rows, int inputs, long activeInputs) {
        double[] of = ofIntegers.getOrDefault(type, NONE);
        return tables
                ? Math.ceilDiv(inputs, INTEGER_INPUTS) * (of[2] * Math.ceilDiv(rows, MOST_ROWS_FORESEEN) + of[3] * rows)
                : of[0] * rows + of[1] * activeInputs;
    }

    /** The same by counting bits; infinite for weights that do not stand as planes. */
    public double ofPlanes(ElementType type, int rows, int inputs) {
        double[] of = ofIntegers.getOrDefault(type, NONE);
        return of.length < 5 ? Double.POSITIVE_INFINITY : of[4] * Math.ceilDiv(inputs, Long.SIZE) * rows;
    }
}
