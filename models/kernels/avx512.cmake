# Kernels in AVX-512 intrinsics: each file is compiled with its own flags and called only where processor() says so.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_sources(heirloom_models PRIVATE kernels/no_avx512.cpp)
  return()
endif()

set(avx512_flags -O3 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's own headers of the intrinsics start some vectors undefined on purpose and then warn of it.
  list(APPEND avx512_flags -Wno-uninitialized -Wno-maybe-uninitialized)
endif()

function(heirloom_avx512 flags)
  target_sources(heirloom_models PRIVATE ${ARGN})
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${avx512_flags};${flags}" SKIP_PRECOMPILE_HEADERS ON)
endfunction()

heirloom_avx512("" kernels/packed_linear/avx512.cpp kernels/window_attention/avx512.cpp)
heirloom_avx512("-mavx512bf16" kernels/packed_linear/avx512_bf16.cpp kernels/window_attention/avx512_bf16.cpp)
