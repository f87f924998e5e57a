package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** Creates a tensor from the items of a storage. */
final class StoredTensor {

    private StoredTensor() {}

    static Tensor of(FileBytes file, String name, PickleReader.Stored stored, MemorySegment data) throws IOException {
        String what = file.name() + ": tensor " + JsonValue.quoted(name);
        Tensor.Type type = Objects.requireNonNull(stored.storage().type().type());
        long there = data.byteSize() / type.bytes();
        if (stored.storage().count() != there || data.byteSize() % type.bytes() != 0) {
            throw new IOException(what + " has a storage of " + data.byteSize() + " bytes, expected "
                    + stored.storage().count() + " items of " + type);
        }
        long count = 1;
        long last = stored.offset();
        try {
            for (int axis = 0; axis < stored.strides().size(); axis++) {
                int size = stored.shape().get(axis);
                count = Math.multiplyExact(count, size);
                last = Math.addExact(
                        last,
                        Math.multiplyExact(
                                Math.max(size - 1L, 0), stored.strides().get(axis)));
            }
            Math.multiplyExact(count, type.bytes());
        } catch (ArithmeticException overflow) {
            throw new IOException(what + " has more items than a file can hold, shape " + stored.shape(), overflow);
        }
        if (stored.offset() < 0 || stored.offset() > there || count > 0 && last >= there) {
            throw new IOException(what + " of shape " + stored.shape() + " takes items " + stored.offset() + " to "
                    + last + ", expected at most " + there + ", which its storage has");
        }
        long bytes = count * type.bytes();
        if (count == 0 || isPlain(stored)) {
            return new Tensor(name, type, stored.shape(), data.asSlice(stored.offset() * type.bytes(), bytes));
        }
        MemorySegment ordered = file.allocate(bytes, "tensor " + JsonValue.quoted(name) + " in C order");
        NpyItems.gather(data, stored.offset(), stored.strides(), stored.shape(), ordered, type.bytes());
        return new Tensor(name, type, stored.shape(), ordered);
    }

    /** Returns true if items are consecutive; the stride of a dimension of size 1 has no effect. */
    private static boolean isPlain(PickleReader.Stored stored) {
        List<Integer> shape = stored.shape();
        long expected = 1;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            if (shape.get(axis) != 1 && stored.strides().get(axis) != expected) {
                return false;
            }
            expected *= shape.get(axis);
        }
        return true;
    }
}
