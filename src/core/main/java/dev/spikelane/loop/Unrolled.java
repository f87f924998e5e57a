package dev.spikelane.loop;

import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.spikelane.simd.Lanes;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup.ClassOption;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps sums of plain loops in registers. {@link #of} copies an object to a hidden subclass. In its methods, loops
 * whose counter {@link #next} increments are unrolled, arrays of a known length become locals, and final numbers of the
 * object and of classes become constants. So a tile of any number of rows and vectors is written once, and C2 compiles
 * it as if it had been written out:
 *
 * <pre>{@code
 * FloatVector[] sums = new FloatVector[vectors];
 * for (int v = 0; v < vectors; v = next(v)) {
 *     sums[v] = FloatVector.fromMemorySegment(FLOAT, memory, at + v * BYTES, ORDER);
 * }
 * }</pre>
 *
 * <p>All other loops stay loops. C2 does not inline a copy into its caller. If no class can be defined at run time, the
 * object itself is used, which gives the same bits as the copy but allocates.
 */
public final class Unrolled {

    private static final int MOST_BYTES = 8000;

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private Unrolled() {}

    /** Returns a number plus 1; marks the loop whose counter it increments as one to unroll. */
    public static int next(int number) {
        return number + 1;
    }

    /** Checks the class of all vectors, so that C2 knows it; see {@link Lanes#VECTOR}. */
    public static void requireClass(Object[] vectors, Class<?> type) {
        requireClass(vectors, 0, vectors.length, type);
    }

    /** Checks the class of the vectors from {@code first} to {@code end}, exclusive. */
    public static void requireClass(Object[] vectors, int first, int end, Class<?> type) {
        for (int i = first; i < end; i++) {
            if (vectors[i].getClass() != type) {
                throw new AssertionError(Lanes.OTHER_VECTOR);
            }
        }
    }

    /**
     * Returns an unrolled copy of an object.
     *
     * @param own a lookup of the object's class, which must not be final; methods to unroll must be neither private nor
     *     static
     * @param plain the object; its class has one constructor, which takes the fields of the object in order: final
     *     numbers
     */
    public static <T> T of(MethodHandles.Lookup own, T plain) {
        MethodHandles.Lookup copy;
        try {
            copy = own.defineHiddenClass(write(bytes(own.lookupClass()), own, plain), false, ClassOption.NESTMATE);
        } catch (VirtualMachineError failure) {
            throw failure;
        } catch (IllegalAccessException | IOException | RuntimeException | Error failure) {
            // Native images throw their own error.
            if (!WARNED.getAndSet(true)) {
                System.getLogger("dev.spikelane")
                        .log(
                                System.Logger.Level.WARNING,
                                "Spikelane: slower plain loops run, because classes cannot be defined at run time",
                                failure);
            }
            return plain;
        }
        try {
            @SuppressWarnings("unchecked") // a subclass
            T made = (T) copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class))
                    .invoke();
            return made;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("cannot make an object of " + copy.lookupClass(), impossible);
        }
    }

    static byte[] bytes(Class<?> type) throws IOException {
        String name = type.getName();
        String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
        try (InputStream stream = type.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IOException(file + " is missing");
            }
            return stream.readAllBytes();
        }
    }

    static byte[] write(byte[] original, MethodHandles.Lookup own, Object plain) {
        ClassDesc type = ClassDesc.of(own.lookupClass().getName());
        ClassDesc name = ClassDesc.of(own.lookupClass().getName() + "Unrolled");
        byte[] bytes = ClassFile.of().build(name, made -> {
            made.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER).withSuperclass(type);
            made.withMethodBody(INIT_NAME, MTD_void, 0, code -> construct(code, type, own, plain));
            for (MethodModel method : ClassFile.of().parse(original).methods()) {
                if (method.code().isPresent()
                        && method.code().get().elementStream().anyMatch(each -> MethodFlow.isCall(each, "next"))) {
                    made.withMethodBody(
                            method.methodName().stringValue(),
                            method.methodTypeSymbol(),
                            method.flags().flagsMask(),
                            code -> new Unroller(
                                            own,
                                            plain,
                                            (CodeAttribute) method.code().get(),
                                            code)
                                    .write());
                }
            }
        });
        for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
            if (((CodeAttribute) method.code().orElseThrow()).codeLength() > MOST_BYTES) {
                throw new IllegalStateException(method.methodName() + " of " + name.displayName()
                        + " is too long for C2, expected at most " + MOST_BYTES + " bytes");
            }
        }
        return bytes;
    }

    private static void construct(CodeBuilder code, ClassDesc type, MethodHandles.Lookup own, Object plain) {
        List<ClassDesc> parameters = new ArrayList<>();
        code.aload(0);
        for (Field field : own.lookupClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                parameters.add(field.getType().describeConstable().orElseThrow());
                code.loadConstant((Integer) Unroller.number(field, plain));
            }
        }
        code.invokespecial(type, INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, parameters));
        code.return_();
    }
}
