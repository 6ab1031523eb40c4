#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// How the attention of a Swin-like block cuts a picture (Liu et al., "Swin Transformer", ICCV 2021).
struct WindowAttentionShape {
  int window = 8;  // side, 1..16
  int shift = 0;   // 0..window-1: the windows' grid starts this far down and right, cyclically
  int heads = 1;
};

/// Attention within windows in one pass: the cyclic shift and the cut are index arithmetic, nothing is copied.
///
/// `qkv`: N H W 3C contiguous, float32 or bfloat16, H and W multiples of the window; the channels are (q k v, heads,
/// C / heads) as SwinIR's linear layer gives them. `bias`: float32 heads window^2 window^2, contiguous, added to the
/// logits. Tokens that a shift brought together from opposite borders get -100 on their logit, as the reference's mask
/// does. Returns softmax(scale q k^T + bias + mask) v, N H W C contiguous in the precision of `qkv`.
///
/// Runs on AVX-512 (bfloat16: AVX512_BF16 and an even head dimension), all threads, with float32 sums and softmax, and
/// on GPUs (below); anything else, and tensors that need a gradient, takes the plain twin. Throws c10::Error for shapes
/// that do not fit.
at::Tensor windowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                           double scale);

/// The same with cosine similarity (Swin V2): q and k are divided by their length, `scales` (float32, one a head)
/// multiplies the similarity.
at::Tensor cosineWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                 const at::Tensor& scales);

/// The twins in LibTorch: any device and floating type, with gradients.
at::Tensor plainWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                double scale);
at::Tensor plainCosineWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                      const at::Tensor& scales);

/// What attention on a GPU adds to the logits, masks included, by kind of window: inside, at the right, at the bottom,
/// in the corner of what a shift of `shape` made of the picture; one kind without a shift. 4 or 1, heads, window^2,
/// window^2 on the device of `bias`. Made once for a block, in the precision of its `qkv`.
at::Tensor windowBiases(const at::Tensor& bias, const WindowAttentionShape& shape);

/// The same results by LibTorch's scaled_dot_product_attention, whose fused kernels for GPUs take a bias and heads of a
/// multiple of 8 channels, to which others are padded: `qkv` as above, of any precision and device, `biases` those of
/// windowBiases.
at::Tensor gpuWindowAttention(const at::Tensor& qkv, const at::Tensor& biases, const WindowAttentionShape& shape,
                              double scale);
at::Tensor gpuCosineWindowAttention(const at::Tensor& qkv, const at::Tensor& biases, const WindowAttentionShape& shape,
                                    const at::Tensor& scales);

/// HAT's overlapping cross-attention: queries of a window look at the `keyWindow` x `keyWindow` tokens around it; what
/// lies outside the picture is a token of zeros, as torch's unfold pads. `q`: N H W C, `kv`: N H W 2C (k v, heads,
/// C / heads), H and W multiples of the window, `keyWindow` - window even. `bias`: heads window^2 keyWindow^2.
at::Tensor overlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias, int window,
                                      int keyWindow, int heads, double scale);
at::Tensor plainOverlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias,
                                           int window, int keyWindow, int heads, double scale);
at::Tensor gpuOverlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias, int window,
                                         int keyWindow, int heads, double scale);

}  // namespace heirloom::models
