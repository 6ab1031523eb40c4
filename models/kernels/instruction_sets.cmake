# Kernels chosen at run time: only these sources may hold instructions that not every processor has, each is compiled with
# its own flags and called only where processor() says so. Their loops need -O3.
add_library(heirloom_not_x86 OBJECT kernels/not_x86.cpp)  # everywhere, or it would fall behind what it stands in for
heirloom_target(heirloom_not_x86)
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_sources(heirloom_models PRIVATE $<TARGET_OBJECTS:heirloom_not_x86>)
  return()
endif()

function(heirloom_kernels flags)
  # GCC 12's own headers of the intrinsics start some vectors undefined on purpose and then warn of it.
  set(quiet $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_sources(heirloom_models PRIVATE ${ARGN})
  set_source_files_properties(${ARGN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-O3;${flags};${quiet}")
endfunction()

set(avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma)
heirloom_kernels("-mavx2;-mfma" kernels/few_channels/avx2.cpp kernels/packed_linear/avx2.cpp
  kernels/selective_scan/avx2.cpp kernels/window_attention/avx2.cpp kernels/winograd/avx2.cpp)
heirloom_kernels("${avx512}" kernels/few_channels/avx512.cpp kernels/packed_linear/avx512.cpp
  kernels/selective_scan/avx512.cpp kernels/window_attention/avx512.cpp kernels/winograd/avx512.cpp)
heirloom_kernels("${avx512};-mavx512bf16" kernels/packed_linear/avx512_bf16.cpp kernels/window_attention/avx512_bf16.cpp)
heirloom_kernels("${avx512};-mavx512bf16;-mamx-tile;-mamx-bf16" kernels/matrix_tiles/amx.cpp
  kernels/packed_linear/amx.cpp kernels/window_attention/amx.cpp)
