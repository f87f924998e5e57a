package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Python names that a pickle may use. Other names are refused. */
enum PickleNames {
    DICTIONARY("collections.OrderedDict", null),
    TENSOR("torch._utils._rebuild_tensor_v2", null),
    PARAMETER("torch._utils._rebuild_parameter", null),
    DOUBLE("torch.DoubleStorage", Tensor.Type.F64),
    FLOAT("torch.FloatStorage", Tensor.Type.F32),
    HALF("torch.HalfStorage", Tensor.Type.F16),
    BFLOAT16("torch.BFloat16Storage", Tensor.Type.BF16),
    LONG("torch.LongStorage", Tensor.Type.I64),
    INT("torch.IntStorage", Tensor.Type.I32),
    SHORT("torch.ShortStorage", Tensor.Type.I16),
    CHAR("torch.CharStorage", Tensor.Type.I8),
    BYTE("torch.ByteStorage", Tensor.Type.U8),
    BOOL("torch.BoolStorage", Tensor.Type.BOOL);

    private static final int TENSOR_PARTS = 6;

    private final String python;
    private final Tensor.@Nullable Type type;

    PickleNames(String python, Tensor.@Nullable Type type) {
        this.python = python;
        this.type = type;
    }

    Tensor.@Nullable Type type() {
        return type;
    }

    static PickleNames of(String file, String module, String member) throws IOException {
        String wanted = module + "." + member;
        for (PickleNames each : values()) {
            if (each.python.equals(wanted)) {
                return each;
            }
        }
        throw new IOException(file + ": its pickle names " + JsonValue.quoted(wanted)
                + ", which is neither a tensor nor a dictionary and is not called; in Python write the tensors with"
                + " torch.save(model.state_dict(), file)");
    }

    static Object make(String file, Object called, Object parts) throws IOException {
        if (parts instanceof PickleReader.Parts(List<Object> items)) {
            if (called == DICTIONARY && items.isEmpty()) {
                return new PickleReader.Dictionary(new LinkedHashMap<>());
            }
            if (called == PARAMETER
                    && items.size() == 3
                    && items.get(0) instanceof PickleReader.Stored tensor
                    && items.get(1) instanceof Boolean
                    && items.get(2) instanceof PickleReader.Dictionary) {
                return tensor;
            }
            if (called == TENSOR && items.size() == TENSOR_PARTS) {
                return tensor(file, items);
            }
        }
        throw new IOException(file + ": its pickle makes a value of " + declared(called) + " and " + declared(parts)
                + ", expected a dictionary or a tensor with all its parts");
    }

    private static PickleReader.Stored tensor(String file, List<Object> items) throws IOException {
        if (items.get(0) instanceof PickleReader.Storage storage
                && items.get(1) instanceof Long offset
                && items.get(2) instanceof PickleReader.Parts(List<Object> sizes)
                && items.get(3) instanceof PickleReader.Parts(List<Object> steps)
                && items.get(4) instanceof Boolean
                && items.get(5) instanceof PickleReader.Dictionary
                && sizes.size() == steps.size()
                && sizes.size() <= Tensor.MOST_DIMENSIONS) {
            List<Integer> shape = new ArrayList<>();
            List<Long> strides = new ArrayList<>();
            for (int axis = 0; axis < sizes.size(); axis++) {
                if (!(sizes.get(axis) instanceof Long size)
                        || !(steps.get(axis) instanceof Long stride)
                        || size < 0
                        || size > Integer.MAX_VALUE
                        || stride < 0) {
                    throw new IOException(file + ": a tensor has the size " + declared(sizes.get(axis))
                            + " and the stride " + declared(steps.get(axis)) + ", expected whole numbers of 0 or more");
                }
                shape.add(size.intValue());
                strides.add(stride);
            }
            return new PickleReader.Stored(storage, offset, shape, strides);
        }
        throw new IOException(file + ": a tensor is made of "
                + items.stream().map(PickleNames::declared).toList()
                + ", expected storage, offset, sizes, strides (at most " + Tensor.MOST_DIMENSIONS
                + " of each), gradient and hooks");
    }

    static String declared(Object value) {
        return switch (value) {
            case String text -> "the text " + JsonValue.quoted(text);
            case Long number -> "the number " + number;
            case Boolean truth -> truth ? "True" : "False";
            case PickleNames each -> each.python;
            case PickleReader.Dictionary _ -> "a dictionary";
            case PickleReader.Parts parts -> "a tuple of " + parts.items().size();
            case Double number -> "the number " + number;
            case PickleReader.Items items -> "a list of " + items.items().size();
            case PickleReader.Storage _ -> "a storage";
            case PickleReader.Stored _ -> "a tensor";
            case PickleReader.Nothing _ -> "None";
            default -> "a mark";
        };
    }

    /** Describes an unsupported opcode for messages. */
    static String opcode(int opcode) {
        return switch (opcode) {
            case 'F' -> "a float of another protocol";
            case 'l' -> "a list of another protocol";
            case 'I', 'L', 0x8A, 0x8B -> "a long number";
            case 'S', 'T', 'U', 'V', 0x8C, 0x8D -> "a text of another protocol";
            case 'B', 'C', 0x8E, 0x96 -> "bytes";
            case 'i', 'o', 0x81, 0x92 -> "an object of a class";
            case 0x93 -> "a name of another protocol";
            case 0x82, 0x83, 0x84 -> "an extension";
            case 0x8F, 0x90, 0x91 -> "a set";
            case 0x95, 0x94 -> "a frame of another protocol";
            default -> String.format("the opcode 0x%02x", opcode);
        };
    }

    @Override
    public String toString() {
        return python;
    }
}
