package dev.spikelane.io.hdf5;

import io.jhdf.FractalHeap;
import io.jhdf.GroupSymbolTableNode;
import io.jhdf.HdfFile;
import io.jhdf.ObjectHeader;
import io.jhdf.SymbolTableEntry;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.btree.BTreeV1;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import io.jhdf.dataset.DatasetBase;
import io.jhdf.dataset.chunked.ChunkedDatasetBase;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import io.jhdf.object.message.LinkInfoMessage;
import io.jhdf.object.message.SymbolTableMessage;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a file from memory, so that it cannot change meanwhile. jHDF finds groups, types and chunks. Items are copied
 * here after a check of sizes, because jHDF allocates the sizes that a file claims.
 */
final class JhdfReader {

    private static final int MOST_DEPTH = 64;
    private static final int MOST_ENTRIES = 1 << 20;
    private static final int MOST_RANK = 8;
    private static final int MOST_TEXT = 1 << 16;
    private static final long MOST_AT_ANY_RATIO = 1L << 26;
    private static final int MOST_RATIO = 100;

    private final long fileBytes;
    private final boolean ragged;
    private final Set<Long> above = new HashSet<>();
    private final HeapItems heaps = new HeapItems();
    private long bytesLeft;
    private int entriesLeft = MOST_ENTRIES;

    /**
     * @param ragged true to read arrays of different lengths
     */
    JhdfReader(long fileBytes, long mostBytes, boolean ragged) {
        this.fileBytes = fileBytes;
        this.ragged = ragged;
        this.bytesLeft = Math.min(mostBytes, Math.max(MOST_AT_ANY_RATIO, MOST_RATIO * fileBytes));
    }

    static Hdf5Group read(byte[] file, long mostBytes) throws IOException {
        try (HdfFile opened = HdfFile.fromBytes(file)) {
            return new JhdfReader(file.length, mostBytes, false).read(opened);
        }
    }

    Hdf5Group read(HdfFile opened) throws IOException {
        HdfBackingStorage storage = opened.getHdfBackingStorage();
        long end = storage.getSuperblock().getEndOfFileAddress();
        if (end > fileBytes) {
            throw new IOException("is cut off: it has " + fileBytes + " bytes, expected " + end);
        }
        return group(storage, opened, "");
    }

    private Hdf5Group group(HdfBackingStorage storage, Group group, String path) throws IOException {
        if (!above.add(group.getAddress())) {
            throw new IOException("group " + path + " holds itself");
        }
        if (above.size() > MOST_DEPTH) {
            throw new IOException("group " + path + " is more than " + MOST_DEPTH + " groups deep");
        }
        requireTree(new CountedStorage(storage), group.getAddress());
        Map<String, Hdf5Group> groups = new LinkedHashMap<>();
        Map<String, Hdf5Item> items = new LinkedHashMap<>();
        for (Map.Entry<String, Node> child : group.getChildren().entrySet()) {
            String inside = path + "/" + child.getKey();
            if (--entriesLeft < 0) {
                throw new IOException("has more than " + MOST_ENTRIES + " groups and datasets");
            }
            switch (child.getValue()) {
                case Group below -> groups.put(child.getKey(), group(storage, below, inside));
                case DatasetBase dataset -> {
                    try {
                        items.put(child.getKey(), item(storage, dataset));
                    } catch (IOException refused) {
                        throw new IOException("dataset " + inside + " " + refused.getMessage(), refused);
                    }
                }
                default -> throw new IOException(inside + " is a link or a type, expected groups and datasets");
            }
        }
        above.remove(group.getAddress());
        return new Hdf5Group(groups, items);
    }

    /** Follows a group's index and headers as jHDF will do; throws if nodes repeat. */
    private static void requireTree(HdfBackingStorage counted, long address) {
        ObjectHeader header = ObjectHeader.readObjectHeader(counted, address);
        if (header.hasMessageOfType(SymbolTableMessage.class)) {
            long tree = header.getMessageOfType(SymbolTableMessage.class).getBTreeAddress();
            for (long node : BTreeV1.createGroupBTree(counted, tree).getChildAddresses()) {
                for (SymbolTableEntry entry : new GroupSymbolTableNode(counted, node).getSymbolTableEntries()) {
                    ObjectHeader.readObjectHeader(counted, entry.getObjectHeaderAddress());
                }
            }
        } else if (header.hasMessageOfType(LinkInfoMessage.class)) {
            LinkInfoMessage links = header.getMessageOfType(LinkInfoMessage.class);
            if (links.getBTreeNameIndexAddress() != -1) {
                new BTreeV2<LinkNameForIndexedGroupRecord>(counted, links.getBTreeNameIndexAddress()).getRecords();
                new FractalHeap(counted, links.getFractalHeapAddress()).getAddress();
            }
        }
    }

    private Hdf5Item item(HdfBackingStorage storage, DatasetBase dataset) throws IOException {
        DataType type = dataset.getDataType();
        List<Integer> shape = shape(dataset);
        String numbers = nameOf(type);
        boolean texts =
                type instanceof StringData || type instanceof VariableLength length && length.isVariableLengthString();
        String arrayType = ragged && !texts && type instanceof VariableLength arrays ? nameOf(arrays.getParent()) : "";
        if (numbers.isEmpty() && !texts && arrayType.isEmpty()) {
            return new Hdf5Item.Unread(
                    "has items of the type " + type.getClass().getSimpleName(), null);
        }
        long count = 1;
        for (int size : shape) {
            count = Math.multiplyExact(count, size);
        }
        long bytes = Math.multiplyExact(count, (long) type.getSize());
        if (type.getSize() < 1 || bytes > bytesLeft) {
            throw new IOException("has " + bytes + " bytes, of which " + bytesLeft
                    + " are left of the limit, mostBytes or, beyond 64 MiB, " + MOST_RATIO + " times the file");
        }
        bytesLeft -= bytes;
        byte[] stored = bytes == 0 ? new byte[0] : stored(storage, dataset, shape, (int) bytes);
        if (type instanceof StringData declared) {
            boolean ends = declared.getPaddingType() == StringData.PaddingType.NULL_TERMINATED;
            return new Hdf5Item.Texts(shape, fixed(stored, type.getSize(), ends));
        }
        if (!arrayType.isEmpty()) {
            return new Hdf5Item.Unread("has arrays", new Hdf5Item.Ragged(arrayType, stored));
        }
        if (texts) {
            return new Hdf5Item.Texts(shape, variable(storage, stored, type.getSize()));
        }
        boolean swaps = type instanceof FixedPoint integer
                ? integer.getByteOrder() == ByteOrder.BIG_ENDIAN
                : ((FloatingPoint) type).getByteOrder() == ByteOrder.BIG_ENDIAN;
        if (swaps) {
            reverse(stored, type.getSize());
        }
        return new Hdf5Item.Numbers(numbers, shape, stored);
    }

    private static List<Integer> shape(Dataset dataset) throws IOException {
        List<Integer> shape = new ArrayList<>();
        for (long size : dataset.getDimensionsAsLong()) {
            if (size < 0 || size > Integer.MAX_VALUE || shape.size() == MOST_RANK) {
                throw new IOException("has the shape " + Arrays.toString(dataset.getDimensionsAsLong())
                        + ", expected at most " + MOST_RANK + " dimensions of less than 2^31");
            }
            shape.add((int) size);
        }
        return shape;
    }

    /** Returns the type as safetensors names it; empty if it has no name there. */
    private static String nameOf(DataType type) {
        int bits = type.getSize() * Byte.SIZE;
        boolean whole = bits == 8 || bits == 16 || bits == 32 || bits == 64;
        if (type.getClass() == FixedPoint.class && whole) {
            FixedPoint integer = (FixedPoint) type;
            return integer.getBitOffset() == 0 && integer.getBitPrecision() == bits
                    ? (integer.isSigned() ? "I" : "U") + bits
                    : "";
        }
        if (type instanceof FloatingPoint real) {
            int mantissa = bits == 16 ? 10 : bits == 32 ? 23 : 52;
            return real.getMantissaSize() == mantissa && real.getExponentSize() == bits - 1 - mantissa
                    ? "F" + bits
                    : "";
        }
        return "";
    }

    private byte[] stored(HdfBackingStorage storage, DatasetBase dataset, List<Integer> shape, int bytes)
            throws IOException {
        if (dataset instanceof ChunkedDatasetBase chunked) {
            return JhdfChunks.of(storage, chunked).read(shape, bytes, (int) Math.min(fileBytes, Integer.MAX_VALUE / 2));
        }
        if (dataset.isEmpty()) {
            throw new IOException("has no data");
        }
        ByteBuffer buffer = dataset.getDataBuffer();
        if (buffer.remaining() != bytes) {
            throw new IOException("has " + buffer.remaining() + " bytes, expected " + bytes);
        }
        byte[] copy = new byte[bytes];
        buffer.get(copy);
        return copy;
    }

    private List<String> fixed(byte[] stored, int size, boolean ends) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int first = 0; first < stored.length; first += size) {
            int end = first + size;
            while (end > first && (stored[end - 1] == 0 || stored[end - 1] == ' ')) {
                end--;
            }
            int zero = first;
            while (ends && zero < end && stored[zero] != 0) {
                zero++;
            }
            texts.add(text(ByteBuffer.wrap(stored, first, (ends ? zero : end) - first)));
        }
        return texts;
    }

    private List<String> variable(HdfBackingStorage storage, byte[] stored, int size) throws IOException {
        List<String> texts = new ArrayList<>();
        if (size != HeapItems.BYTES) {
            throw new IOException("has texts of " + size + " bytes of reference, expected " + HeapItems.BYTES);
        }
        for (int at = 0; at < stored.length; at += size) {
            texts.add(text(heaps.read(storage, stored, at, 1)));
        }
        return texts;
    }

    private String text(ByteBuffer bytes) throws IOException {
        bytesLeft -= bytes.remaining();
        if (bytes.remaining() > MOST_TEXT || bytesLeft < 0) {
            throw new IOException("has a text of " + bytes.remaining() + " bytes, expected at most " + MOST_TEXT
                    + ", and no more in all than the limit");
        }
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return text.toString();
        } catch (CharacterCodingException malformed) {
            throw new IOException("has a text that is not UTF-8", malformed);
        }
    }

    private static void reverse(byte[] bytes, int size) {
        for (int first = 0; first < bytes.length; first += size) {
            for (int i = 0; i < size / 2; i++) {
                byte swapped = bytes[first + i];
                bytes[first + i] = bytes[first + size - 1 - i];
                bytes[first + size - 1 - i] = swapped;
            }
        }
    }
}
