"""What NumPy does in C, for compiled code: BLAS's product, added where it is wanted, and a tanh that vectorises."""

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

# By name, since an address would not hold in machine code that is cached on disk.
SYMBOLS = {types.float64: "unwind_dgemm", types.float32: "unwind_sgemm"}
for symbol in SYMBOLS.values():
    llvmlite.binding.add_symbol(symbol, get_cython_function_address("scipy.linalg.cython_blas", symbol[-5:]))

KIND = types.int8, types.int8  # of scalars, as Fortran has them
PLAIN, TRANSPOSED = ord("N"), ord("T")


@njit
def multiply_add(alpha, A, B, beta, C):
    """C = alpha A B + beta C."""
    blas(PLAIN, PLAIN, B.shape[1], A.shape[0], B.shape[0], alpha, B, B.shape[1], A, A.shape[1], beta, C, C.shape[1])


@njit
def multiply_transposed_add(alpha, A, B, beta, C):
    """C = alpha A B^T + beta C."""
    blas(TRANSPOSED, PLAIN, B.shape[0], A.shape[0], B.shape[1], alpha, B, B.shape[1], A, A.shape[1], beta, C, C.shape[1])


@njit
def transposed_multiply_add(alpha, A, B, beta, C):
    """C = alpha A^T B + beta C."""
    blas(PLAIN, TRANSPOSED, B.shape[1], A.shape[1], B.shape[0], alpha, B, B.shape[1], A, A.shape[1], beta, C, C.shape[1])


@intrinsic
def blas(typing, of_right, of_left, columns, rows, inner, alpha, right, right_step, left, left_step, beta, out, out_step):
    """BLAS's gemm, with every argument passed by address, as in Fortran.

    Fortran reads a matrix stored by rows as its transpose. So the two factors are swapped.
    """
    number = out.dtype
    integer = types.int32
    kinds = (types.int8, types.int8, integer, integer, integer, number, None, integer, None, integer, number, None, integer)

    def codegen(context, builder, signature, values):
        addresses = []
        for value, given, kind in zip(values, signature.args, kinds):
            if kind is None:
                addresses.append(context.make_array(given)(context, builder, value).data)
            else:
                addresses.append(cgutils.alloca_once_value(builder, context.cast(builder, value, given, kind)))
        of_gemm = ir.FunctionType(ir.VoidType(), [address.type for address in addresses])
        builder.call(cgutils.get_or_insert_function(builder.module, of_gemm, SYMBOLS[number]), addresses)
        return context.get_dummy_value()

    return types.void(of_right, of_left, columns, rows, inner, alpha, right, right_step, left, left_step, beta, out, out_step), codegen


# 1 / k! for k = 13 ... 1: beyond r^13 the series of e^r - 1 adds less than 2^-56 of it where |r| <= log(2) / 2
C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2 = (float(1 / np.prod(np.arange(1.0, k + 1))) for k in range(13, 1, -1))
LOG2_E = 1 / np.log(2)
LOG_2_HIGH = 0.6931471803691238  # 33 bits, so that k times it is exact
LOG_2_LOW = 1.9082149292705877e-10
ROUND = 1.5 * 2.0**52  # a number this large has its units in the last bit
BIAS, FRACTION = 1023, 52  # of a double's exponent, and the bits behind it


@njit(inline="always")
def tanh(z):
    """E / (e + 2) with e = e^(2z) - 1, to 3 units in the last place; arithmetic alone, so that it becomes vectors.

    2z = k log 2 + r, |r| <= log(2) / 2, and e = 2^k (e^r - 1) + 2^k - 1 (Cody & Waite 1980).
    """
    y = 2.0 * z
    y = 40.0 if y > 40.0 else y
    y = -40.0 if y < -40.0 else y
    shifted = y * LOG2_E + ROUND
    k = shifted - ROUND
    r = (y - k * LOG_2_HIGH) - k * LOG_2_LOW
    p = C9 + r * (C10 + r * (C11 + r * (C12 + r * C13)))
    p = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * (C7 + r * (C8 + r * p)))))))
    exponent = np.float64(shifted).view(np.int64) + BIAS
    power = np.int64(exponent << FRACTION).view(np.float64)
    e = power * p + (power - 1.0)
    return e / (e + 2.0)
